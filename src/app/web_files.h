/*
 * app/web_files.h - the files of the web app inside the program; tools/embed-web makes them.
 *
 * Without an app there are none, and pages.c answers instead.
 */
#ifndef VITRINE_APP_WEB_FILES_H
#define VITRINE_APP_WEB_FILES_H

#include <stddef.h>

struct web_file {
        const char *path;             /* "index.html", "assets/..." */
        const char *type;
        const char *hash;             /* of the bytes */
        size_t at, len;               /* in web_bytes, as they are */
        size_t gzip_at, gzip_len;     /* compressed; 0: that would not be shorter */
};

extern const struct web_file web_files[]; /* by path, in the order of bytes */
extern const size_t web_file_count;
extern const char web_bytes[];

#endif
