/*
 * api/file_node.h - the parent of GraphQL's File: a file of a run, of an artifact, or a manifest.
 *
 * Whoever lists files fills these in (resolve_run_file.c for runs, the artifact resolvers for
 * the rest); resolve_file.c only hands the members out, so all files look the same on the wire.
 * A FileConnection's parent is the usual struct connection, whose `extra` may point at a
 * struct file_list_extra.
 *
 * Also here: the addresses of files. They carry a signed grant (model/grant.h) and need no
 * other credentials; src/transfer/ honors them.
 *
 * Thread rule: a request belongs to one thread.
 */
#ifndef VITRINE_API_FILE_NODE_H
#define VITRINE_API_FILE_NODE_H

#include "api/resolve.h"
#include "model/grant.h"

/* One part of a multipart upload. */
struct file_part {
        int64_t part_number;
        struct str upload_url;
        bool arrived;                 /* with an earlier attempt */
};

struct file_multipart {
        struct str upload_id;
        struct file_part *parts;      /* ascending */
        size_t part_count;
};

/* Strings live in the request's arena; absent gives null. */
struct file_node {
        struct str id;                /* as on the wire; never absent */
        struct str name;              /* path; never absent */
        struct str display_name;      /* absent: the name */
        struct str url;               /* GET, also for callers that add Basic credentials */
        struct str direct_url;        /* GET without credentials; absent: url, then "" */
        struct str upload_url;        /* PUT; absent: nothing to upload, or not allowed */
        const struct str *upload_headers; /* "Key:Value" each */
        size_t upload_header_count;
        struct file_multipart *multipart; /* NULL: none */
        struct str storage_path;
        int64_t size_bytes;
        struct str mimetype;
        int64_t updated_us;           /* 0: null */
        struct str digest, md5;       /* base64 */
        int64_t birth_artifact_id;    /* 0: null */
};

/* What a FileConnection may say beside its edges. */
struct file_list_extra {
        const struct str *upload_headers;
        size_t upload_header_count;
};

#define FILE_UPLOAD_LIFE_US ((int64_t)24 * 3600 * 1000000)
/* Clients take an address that fails within the hour for broken: it has to live longer than that. */
#define FILE_DOWNLOAD_LIFE_US ((int64_t)6 * 3600 * 1000000)

/* {base}/upload/{token}: PUT the bytes there within 24 hours. grant->account_id is filled in. */
struct str file_upload_url(struct gql_field *field, struct grant *grant);
/* {base}/download/{token}/{name}: GET or HEAD within six hours; judged again when it is used. */
struct str file_download_url(struct gql_field *field, struct grant *grant, struct str name);
/* {base}/-/preview/{token}/{name}: the same bytes in a form that never runs in a page of this server. */
struct str file_preview_url(struct gql_field *field, struct grant *grant, struct str name);
/* {base}/-/archive/{token}/{name}.tar: GRANT_GET_ARCHIVE. */
struct str file_archive_url(struct gql_field *field, struct grant *grant, struct str name);
/* Percent-encodes everything but unreserved characters and '/'. */
struct str file_url_path(struct arena *arena, struct str path);

#endif
