/*
 * app/web.c - the web app: its files, and index.html under every address of a page.
 *
 * The app is one page that finds out by its address what to show, so that addresses which
 * clients print (web/SERVER.md lists them) can be opened, mailed and kept. The files are in
 * the program, as they are and compressed; nothing is read from disk and nothing is made
 * per request.
 *
 * What assets are called has a hash of their bytes in it: they never change and are kept
 * for good. index.html is asked for again each time, with its tag.
 *
 * The policy lets nothing run but scripts of this origin's own files. Styles may stand in
 * the page, as the component library puts a few there while it runs.
 */
#include "app/web.h"

#include "app/web_files.h"

#define POLICY                                                                                             \
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " \
        "font-src 'self'; connect-src 'self'; media-src 'self'; worker-src 'self'; manifest-src 'self'; "   \
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static const struct web_file *find(struct str path)
{
        size_t low = 0, high = web_file_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = str_cmp(path, str_from(web_files[middle].path));

                if (order == 0)
                        return &web_files[middle];
                if (order < 0)
                        high = middle;
                else
                        low = middle + 1;
        }
        return NULL;
}

bool web_is_there(struct http_request *req)
{
        return web_file_count > 0 && !gate_of(req)->plain_pages;
}

/* Does Accept-Encoding name gzip, and not to refuse it? */
static bool takes_gzip(struct http_request *req)
{
        struct str rest = http_header(req, "Accept-Encoding");

        while (!str_is_null(rest)) {
                struct str params = str_cut(&rest, ',');
                struct str name = str_trim(str_cut(&params, ';'));

                if (!str_eq_nocase(name, STR("gzip")))
                        continue;
                params = str_trim(params);
                return !(str_eq_c(params, "q=0") || str_starts(params, STR("q=0.000")) || str_eq_c(params, "q=0.0"));
        }
        return false;
}

static void reply_file(struct http_request *req, const struct web_file *file)
{
        bool gzip = file->gzip_len > 0 && takes_gzip(req);
        struct str bytes = { web_bytes + file->at, file->len };
        struct http_entity entity = { .content_type = str_from(file->type) };

        if (gzip)
                bytes = (struct str){ web_bytes + file->gzip_at, file->gzip_len };
        entity.size_bytes = bytes.len;
        entity.etag = arena_printf(http_arena(req), "\"%s%s\"", file->hash, gzip ? "-gz" : "");
        if (gzip)
                http_reply_header(req, "Content-Encoding", STR("gzip"));
        http_reply_header(req, "Vary", STR("Accept-Encoding"));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
        http_reply_header(req, "Referrer-Policy", STR("no-referrer"));
        http_reply_header(req, "Content-Security-Policy", STR(POLICY));
        http_reply_header(req, "Cross-Origin-Opener-Policy", STR("same-origin"));
        http_reply_header(req, "Cross-Origin-Resource-Policy", STR("same-origin"));
        http_reply_bytes(req, &entity, bytes);
}

void web_reply_index(struct http_request *req)
{
        http_reply_header(req, "Cache-Control", STR("no-cache"));
        http_reply_header(req, "X-Frame-Options", STR("DENY"));
        reply_file(req, find(STR("index.html")));
}

enum rc web_asset(struct http_request *req, struct err *err)
{
        struct str path = http_param(req, "path");
        const struct web_file *file = web_is_there(req) ? find(path) : NULL;

        if (!file || str_eq_c(path, "index.html"))
                return err_set(err, RC_NOT_FOUND, "There is nothing at this address.");
        http_reply_header(req, "Cache-Control",
                          str_starts(path, STR("assets/")) ? STR("public, max-age=31536000, immutable")
                                                           : STR("public, max-age=3600"));
        reply_file(req, file);
        return RC_OK;
}

enum rc web_page(struct http_request *req, struct err *err)
{
        if (!web_is_there(req) || !str_contains(http_header(req, "Accept"), STR("text/html")))
                return err_set(err, RC_NOT_FOUND, "There is nothing at this address.");
        web_reply_index(req);
        return RC_OK;
}
