/*
 * transfer/routes.c - the table of routes; see transfer.h.
 */
#include "domain/run_stream.h"
#include "transfer/artifact_download.h"
#include "transfer/download.h"
#include "transfer/filestream.h"
#include "transfer/transfer.h"
#include "transfer/upload.h"

/* One file, or one part of a file, may be this large: 5 TiB, as clients allow. */
#define UPLOAD_MAX ((uint64_t)5 << 40)

const struct http_route transfer_routes[] = {
        { .method = "PUT",
          .pattern = "/upload/{token}",
          .body = HTTP_BODY_STREAM,
          .body_max_bytes = UPLOAD_MAX,
          .access = "signed",
          .handler = { .begin = upload_begin, .data = upload_data, .handle = upload_handle, .abort = upload_abort } },
        { .method = "GET",
          .pattern = "/download/{token}/{name...}",
          .access = "signed",
          .handler = { .handle = download_get } },
        { .method = "GET",
          .pattern = "/-/preview/{token}/{name...}",
          .access = "signed",
          .handler = { .handle = preview_get } },
        { .method = "GET",
          .pattern = "/-/archive/{token}/{name...}",
          .access = "signed",
          .handler = { .handle = archive_get } },
        { .method = "OPTIONS",
          .pattern = "/download/{token}/{name...}",
          .access = "public",
          .handler = { .handle = download_options } },
        { .method = "GET",
          .pattern = "/artifacts/{entity}/{hash}",
          .access = "key",
          .handler = { .handle = artifact_get_v1 } },
        { .method = "GET",
          .pattern = "/artifactsV2/{region}/{rest...}",
          .access = "key",
          .handler = { .handle = artifact_get_v2 } },
        { .method = "POST",
          .pattern = "/files/{entity}/{project}/{run}/file_stream",
          .body = HTTP_BODY_WHOLE,
          .body_max_bytes = RUN_STREAM_MAX_BYTES,
          .access = "key",
          .handler = { .handle = filestream_post } },
};
const size_t transfer_route_count = ARRAY_LEN(transfer_routes);
