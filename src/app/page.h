/*
 * app/page.h - building a page.
 *
 * A page is a buf that grows; page_text() escapes, page_html() does not and takes literals
 * of ours only. page_send() wraps head and foot around it and sets the headers that keep
 * other sites and scripts out.
 */
#ifndef VITRINE_APP_PAGE_H
#define VITRINE_APP_PAGE_H

#include "gate/gate.h"

struct page {
        struct buf body;
        struct str title;
        struct str user;              /* who is signed in; absent: nobody */
        struct str csrf;
        struct str base_url;
};

#define page_html(page, literal) buf_add(&(page)->body, "" literal, sizeof(literal) - 1)
/* Escaped for text and for attribute values in double quotes. */
void page_text(struct page *page, struct str text);
/* <input type="hidden" name="csrf" ...> for forms of somebody who is signed in. */
void page_csrf(struct page *page);
/* Takes the page's memory over. */
void page_send(struct http_request *req, unsigned status, struct page *page);
void page_done(struct page *page); /* for _cleanup_ */

/* A field of an application/x-www-form-urlencoded body, decoded once; absent when there is none or it is malformed. */
struct str form_field(struct arena *arena, struct str body, const char *name);

/* style.css, by tools/embed. */
extern const char style_css[];
extern const size_t style_css_len;

#endif
