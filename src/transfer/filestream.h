/*
 * transfer/filestream.h - POST /files/{entity}/{project}/{run}/file_stream.
 */
#ifndef VITRINE_TRANSFER_FILESTREAM_H
#define VITRINE_TRANSFER_FILESTREAM_H

#include "http/http.h"

enum rc filestream_post(struct http_request *req, struct err *err);

#endif
