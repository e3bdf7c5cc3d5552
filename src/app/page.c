/*
 * app/page.c - building a page; see page.h.
 */
#include "app/page.h"

void page_text(struct page *page, struct str text)
{
        for (size_t i = 0; i < text.len; i++) {
                switch (text.ptr[i]) {
                case '&':
                        page_html(page, "&amp;");
                        break;
                case '<':
                        page_html(page, "&lt;");
                        break;
                case '>':
                        page_html(page, "&gt;");
                        break;
                case '"':
                        page_html(page, "&quot;");
                        break;
                case '\'':
                        page_html(page, "&#39;");
                        break;
                default:
                        buf_add_c(&page->body, text.ptr[i]);
                }
        }
}

void page_csrf(struct page *page)
{
        page_html(page, "<input type=\"hidden\" name=\"csrf\" value=\"");
        page_text(page, page->csrf);
        page_html(page, "\">");
}

static void write_head(struct page *page, const struct page *of)
{
        page_html(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        page_text(page, of->title);
        page_html(page, " - Vitrine</title>\n<link rel=\"stylesheet\" href=\"");
        page_text(page, of->base_url);
        page_html(page, "/style.css\">\n</head>\n<body>\n<header><a href=\"");
        page_text(page, of->base_url);
        page_html(page, "/\">Vitrine</a>");
        if (str_is_null(of->user)) {
                page_html(page, "<nav><a href=\"");
                page_text(page, of->base_url);
                page_html(page, "/login\">Sign in</a></nav>");
        } else {
                page_html(page, "<form method=\"post\" action=\"");
                page_text(page, of->base_url);
                page_html(page, "/logout\"><span>");
                page_text(page, of->user);
                page_html(page, "</span>");
                page->csrf = of->csrf;
                page_csrf(page);
                page_html(page, "<button>Sign out</button></form>");
        }
        page_html(page, "</header>\n<main>\n<h1>");
        page_text(page, of->title);
        page_html(page, "</h1>\n");
}

void page_send(struct http_request *req, unsigned status, struct page *page)
{
        struct page whole = { 0 };

        write_head(&whole, page);
        buf_add_str(&whole.body, buf_str(&page->body));
        page_html(&whole, "</main>\n</body>\n</html>\n");
        http_reply_buf(req, status, STR("text/html; charset=utf-8"), &whole.body);
        http_reply_header(req, "Cache-Control", STR("no-store"));
        http_reply_header(req, "Content-Security-Policy",
                          STR("default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
        http_reply_header(req, "X-Frame-Options", STR("DENY"));
        http_reply_header(req, "Referrer-Policy", STR("no-referrer"));
}

void page_done(struct page *page)
{
        buf_done(&page->body);
}

/* ---- forms -------------------------------------------------------------------------------- */

/* Absent when it is not well-formed: a bad escape, a NUL, no UTF-8. */
static struct str decode(struct arena *arena, struct str text)
{
        char *out = arena_alloc(arena, text.len + 1);
        struct str ret = { out, 0 };

        for (size_t i = 0; i < text.len; i++) {
                char c = text.ptr[i];

                if (c == '+') {
                        c = ' ';
                } else if (c == '%') {
                        int high = text.len - i > 2 ? str_hex_digit(text.ptr[i + 1]) : -1;
                        int low = text.len - i > 2 ? str_hex_digit(text.ptr[i + 2]) : -1;

                        if (high < 0 || low < 0)
                                return STR_NULL;
                        c = (char)(high * 16 + low);
                        i += 2;
                }
                if (c == '\0')
                        return STR_NULL;
                out[ret.len++] = c;
        }
        return str_is_utf8(ret) ? ret : STR_NULL;
}

struct str form_field(struct arena *arena, struct str body, const char *name)
{
        struct str rest = body;

        while (!str_is_null(rest)) {
                struct str value = str_cut(&rest, '&');
                struct str key = str_cut(&value, '=');

                if (str_eq_c(key, name) && !str_is_null(value))
                        return decode(arena, value);
        }
        return STR_NULL;
}
