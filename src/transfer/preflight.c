/*
 * transfer/preflight.c - OPTIONS on a download: may a page of this server read it? Yes.
 *
 * Pages of other sites get no permission; browsers then keep the bytes from them. The
 * client's own check of a server (`wandb verify`) asks as a page of this server would.
 */
#include "transfer/download.h"

enum rc download_options(struct http_request *req, struct err *err)
{
        struct str base_url = STR_NULL, origin = http_header(req, "Origin");
        enum rc rc = gate_base_url(req, &base_url, err);

        if (rc)
                return rc;
        http_reply(req, 204, STR(""), STR(""));
        http_reply_header(req, "Vary", STR("Origin"));
        if (str_is_empty(origin) || !gate_same_origin(req, base_url))
                return RC_OK;
        http_reply_header(req, "Access-Control-Allow-Origin", origin);
        http_reply_header(req, "Access-Control-Allow-Methods", STR("GET, HEAD"));
        return RC_OK;
}
