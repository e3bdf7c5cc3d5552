/*
 * net/net.c - requests over libcurl's multi interface.
 *
 * A handle is an easy handle with what one request needs; handles are kept and used again, as
 * making one costs more than a small request. done() is called from net_run() only, never from
 * within libcurl, so that it may start and drop requests as it likes.
 *
 * The body of an answer that is no success never reaches data(): its first bytes are kept for
 * the message.
 */
#include "net/net.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"

enum { ERROR_BODY_MAX = 8 * 1024, WIDE_BUFFER = 256 * 1024, NARROW_BUFFER = 16 * 1024 };

struct net_handle {
        struct net_handle *next;      /* in net->idle, or among those that ended */
        struct net_handle **running;  /* where the one before points at this one */
        struct net_handle *running_next;
        struct net *net;
        CURL *easy;
        struct net_request *request;
        struct curl_slist *headers;
        uint64_t body_at;             /* bytes taken for sending */
        int status;                   /* of the answer that is being read; 0: not known yet */
        bool refused;                 /* data() or head() said no */
        int read_errno;
        CURLcode result;
        char reason[CURL_ERROR_SIZE];
        char error_body[ERROR_BODY_MAX];
        size_t error_body_len;
};

struct net {
        CURLM *multi;
        struct net_options options;
        char *user_agent, *ca_file;
        struct net_handle *idle;
        struct net_handle *running;
        struct net_handle *ended;     /* done() is to be called; still among those that run */
        size_t running_count;
};

static bool curl_started;

static void start_curl(void)
{
        curl_started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static char *copy_text(const char *text)
{
        size_t size = strlen(text) + 1;
        char *copy = mem_alloc(size);

        return copy ? memcpy(copy, text, size) : NULL;
}

enum rc net_new(const struct net_options *options, struct net **ret, struct err *err)
{
        static pthread_once_t once = PTHREAD_ONCE_INIT;
        struct net *net;

        (void)pthread_once(&once, start_curl);
        if (!curl_started)
                return err_set(err, RC_INTERNAL, "libcurl cannot be started: check how it is installed.");
        net = mem_alloc_zero(1, sizeof(*net));
        if (!net)
                return mem_fail(err);
        net->options = *options;
        net->multi = curl_multi_init();
        if (options->user_agent)
                net->user_agent = copy_text(options->user_agent);
        if (options->ca_file)
                net->ca_file = copy_text(options->ca_file);
        if (!net->multi || (options->user_agent && !net->user_agent) || (options->ca_file && !net->ca_file)) {
                net_free(net);
                return mem_fail(err);
        }
        (void)curl_multi_setopt(net->multi, CURLMOPT_MAXCONNECTS, (long)options->connections_max);
        (void)curl_multi_setopt(net->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
        *ret = net;
        return RC_OK;
}

/* ---- handles ---- */

static void handle_free(struct net_handle *handle)
{
        curl_slist_free_all(handle->headers);
        if (handle->easy)
                curl_easy_cleanup(handle->easy);
        mem_free(handle);
}

static struct net_handle *handle_take(struct net *net)
{
        struct net_handle *handle = net->idle;

        if (handle) {
                net->idle = handle->next;
                handle->next = NULL;
                return handle;
        }
        handle = mem_alloc_zero(1, sizeof(*handle));
        if (!handle)
                return NULL;
        handle->net = net;
        handle->easy = curl_easy_init();
        if (!handle->easy) {
                handle_free(handle);
                return NULL;
        }
        return handle;
}

static void handle_put(struct net_handle *handle)
{
        struct net *net = handle->net;

        curl_easy_reset(handle->easy);
        curl_slist_free_all(handle->headers);
        handle->headers = NULL;
        handle->request = NULL;
        handle->body_at = 0;
        handle->status = 0;
        handle->refused = false;
        handle->read_errno = 0;
        handle->error_body_len = 0;
        handle->next = net->idle;
        net->idle = handle;
}

static void unlink_running(struct net_handle *handle)
{
        *handle->running = handle->running_next;
        if (handle->running_next)
                handle->running_next->running = handle->running;
        handle->running_next = NULL;
        handle->running = NULL;
        handle->net->running_count--;
}

struct net *net_free(struct net *net)
{
        if (!net)
                return NULL;
        while (net->running) {
                struct net_handle *handle = net->running;

                handle->request->handle = NULL;
                unlink_running(handle);
                (void)curl_multi_remove_handle(net->multi, handle->easy);
                handle_free(handle);
        }
        while (net->idle) {
                struct net_handle *handle = net->idle;

                net->idle = handle->next;
                handle_free(handle);
        }
        if (net->multi)
                (void)curl_multi_cleanup(net->multi);
        mem_free(net->user_agent);
        mem_free(net->ca_file);
        mem_free(net);
        return NULL;
}

/* ---- what libcurl calls ---- */

static int status_of(struct net_handle *handle)
{
        long status = 0;

        (void)curl_easy_getinfo(handle->easy, CURLINFO_RESPONSE_CODE, &status);
        return (int)status;
}

static size_t on_data(char *data, size_t one, size_t len, void *payload)
{
        struct net_handle *handle = payload;
        struct net_request *request = handle->request;

        (void)one;
        if (handle->status == 0) {
                handle->status = status_of(handle);
                if (handle->status / 100 == 2 && request->head && !request->head(request, handle->status)) {
                        handle->refused = true;
                        return CURL_WRITEFUNC_ERROR;
                }
        }
        if (handle->status / 100 != 2) {
                size_t room = sizeof(handle->error_body) - handle->error_body_len;
                size_t part = len < room ? len : room;

                memcpy(handle->error_body + handle->error_body_len, data, part);
                handle->error_body_len += part;
                return len;
        }
        if (request->data && !request->data(request, data, len)) {
                handle->refused = true;
                return CURL_WRITEFUNC_ERROR;
        }
        return len;
}

static size_t on_read(char *ret, size_t one, size_t room, void *payload)
{
        struct net_handle *handle = payload;
        struct net_request *request = handle->request;
        uint64_t left = request->body_bytes - handle->body_at;
        size_t len;

        room *= one;
        len = left < room ? (size_t)left : room;
        if (len == 0)
                return 0;
        if (request->body) {
                memcpy(ret, (const char *)request->body + handle->body_at, len);
        } else {
                ssize_t got = pread(request->body_fd, ret, len, (off_t)(request->body_offset + handle->body_at));

                if (got <= 0) {
                        handle->read_errno = got < 0 ? errno : ESTALE; /* shorter than it was */
                        return CURL_READFUNC_ABORT;
                }
                len = (size_t)got;
        }
        handle->body_at += len;
        if (request->sent)
                request->sent(request, (int64_t)len);
        return len;
}

/* A connection that was kept turned out to be closed: libcurl sends the body again. */
static int on_seek(void *payload, curl_off_t offset, int origin)
{
        struct net_handle *handle = payload;

        if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > handle->request->body_bytes)
                return CURL_SEEKFUNC_CANTSEEK;
        if (handle->request->sent)
                handle->request->sent(handle->request, (int64_t)offset - (int64_t)handle->body_at);
        handle->body_at = (uint64_t)offset;
        return CURL_SEEKFUNC_OK;
}

/* ---- starting ---- */

static bool add_header(struct net_handle *handle, const char *header)
{
        struct curl_slist *grown = curl_slist_append(handle->headers, header);

        if (grown)
                handle->headers = grown;
        return grown != NULL;
}

static bool set_up_body(struct net_handle *handle)
{
        const struct net_request *request = handle->request;
        CURL *easy = handle->easy;
        curl_off_t bytes = (curl_off_t)request->body_bytes;
        bool fine = true;

        if (strcmp(request->method, "PUT") != 0 && strcmp(request->method, "POST") != 0) {
                if (strcmp(request->method, "HEAD") == 0)
                        fine = curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
                return fine;
        }
        if (strcmp(request->method, "POST") == 0) {
                fine &= curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK;
                fine &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, bytes) == CURLE_OK;
        } else {
                fine &= curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK;
                fine &= curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, bytes) == CURLE_OK;
        }
        fine &= curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_READDATA, handle) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_SEEKDATA, handle) == CURLE_OK;
        (void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)(request->large ? WIDE_BUFFER : NARROW_BUFFER));
        return fine && add_header(handle, "Expect:");
}

/* All but the body and the headers. */
static bool set_up_way(struct net *net, struct net_handle *handle)
{
        const struct net_request *request = handle->request;
        CURL *easy = handle->easy;
        bool fine = true;

        fine &= curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_PRIVATE, handle) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, handle->reason) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 5L) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)net->options.connect_timeout_s) == CURLE_OK;
        /* Refused while the handle holds the buffer of a request that failed early: then that one will do. */
        (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)(request->large ? WIDE_BUFFER : NARROW_BUFFER));
        fine &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK;
        fine &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, handle) == CURLE_OK;
        if (net->user_agent)
                fine &= curl_easy_setopt(easy, CURLOPT_USERAGENT, net->user_agent) == CURLE_OK;
        if (net->ca_file)
                fine &= curl_easy_setopt(easy, CURLOPT_CAINFO, net->ca_file) == CURLE_OK;
        if (request->stall_s) {
                fine &= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK;
                fine &= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)request->stall_s) == CURLE_OK;
        }
        if (request->timeout_s)
                fine &= curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)request->timeout_s) == CURLE_OK;
        return fine;
}

static bool set_up(struct net *net, struct net_handle *handle)
{
        const struct net_request *request = handle->request;
        char range[64];
        bool fine;

        handle->reason[0] = '\0';
        fine = set_up_way(net, handle) && set_up_body(handle);
        if (fine && request->ranged) {
                (void)snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)request->first_byte,
                               (unsigned long long)request->last_byte);
                fine = curl_easy_setopt(handle->easy, CURLOPT_RANGE, range) == CURLE_OK;
        }
        for (size_t i = 0; i < request->header_count && fine; i++)
                fine = add_header(handle, request->headers[i]);
        return fine &&
               (!handle->headers || curl_easy_setopt(handle->easy, CURLOPT_HTTPHEADER, handle->headers) == CURLE_OK);
}

enum rc net_start(struct net *net, struct net_request *request, struct err *err)
{
        struct net_handle *handle;

        assert(!request->handle);
        handle = handle_take(net);
        if (!handle)
                return mem_fail(err);
        handle->request = request;
        if (!set_up(net, handle) || curl_multi_add_handle(net->multi, handle->easy) != CURLM_OK) {
                handle_put(handle);
                return mem_fail(err);
        }
        handle->running_next = net->running;
        if (net->running)
                net->running->running = &handle->running_next;
        handle->running = &net->running;
        net->running = handle;
        net->running_count++;
        request->handle = handle;
        return RC_OK;
}

void net_drop(struct net *net, struct net_request *request)
{
        struct net_handle *handle = request->handle;

        if (!handle)
                return;
        for (struct net_handle **at = &net->ended; *at; at = &(*at)->next)
                if (*at == handle) {
                        *at = handle->next;
                        break;
                }
        request->handle = NULL;
        unlink_running(handle);
        (void)curl_multi_remove_handle(net->multi, handle->easy);
        handle_put(handle);
}

size_t net_running(const struct net *net)
{
        return net->running_count;
}

/* ---- the end of a request ---- */

/* What a failed way means for the user. */
static enum rc explain(struct net_handle *handle, struct net_answer *answer, struct err *err)
{
        const char *why = handle->reason[0] ? handle->reason : curl_easy_strerror(handle->result);
        char host[256];

        if (!net_url_host(handle->request->url, host, sizeof(host)))
                return err_set(err, RC_INVALID, "An address of the server is no http or https address.");
        if (handle->refused)
                return err_set(err, RC_IO, "The transfer was stopped.");
        if (handle->read_errno == ESTALE)
                return err_set(err, RC_CONFLICT,
                               "A file became shorter while it was being sent: try again when it is at rest.");
        if (handle->read_errno) {
                errno = handle->read_errno;
                return err_set_errno(err, RC_IO, "A file that is being sent cannot be read");
        }
        switch (handle->result) {
        case CURLE_OUT_OF_MEMORY:
                return mem_fail(err);
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
                return err_set(err, RC_INVALID, "An address of the server is no http or https address.");
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
                return err_set(err, RC_UNAVAILABLE, "The server at %s cannot be trusted: %s.", host, why);
        default:
                answer->repeatable = true;
                return err_set(err, RC_UNAVAILABLE, "The server at %s cannot be reached: %s.", host, why);
        }
}

static void finish(struct net *net, struct net_handle *handle)
{
        struct net_request *request = handle->request;
        struct net_answer answer = { .rc = RC_OK, .content_bytes = -1 };
        struct curl_header *header = NULL;
        struct err err = { 0 };
        curl_off_t retry_after = 0, length = -1;

        answer.status = status_of(handle);
        if (handle->result != CURLE_OK) {
                answer.rc = explain(handle, &answer, &err);
        } else if (handle->status == 0 && answer.status / 100 == 2 && request->head &&
                   !request->head(request, answer.status)) {
                handle->refused = true; /* a success without a body */
                answer.rc = explain(handle, &answer, &err);
        } else {
                answer.repeatable = answer.status == 408 || answer.status == 429 ||
                                    (answer.status >= 500 && answer.status != 501);
                if (curl_easy_getinfo(handle->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0)
                        answer.retry_after_ms = (uint64_t)retry_after * 1000;
                if (curl_easy_header(handle->easy, "ETag", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
                        answer.etag = str_from(header->value);
                if (answer.status / 100 == 2 &&
                    curl_easy_getinfo(handle->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK)
                        answer.content_bytes = length;
                answer.body = (struct str){ handle->error_body, handle->error_body_len };
        }
        answer.err = &err;
        unlink_running(handle);
        request->handle = NULL;
        (void)curl_multi_remove_handle(net->multi, handle->easy);
        /* The answer points into the handle, which nobody can take before done() returns. */
        request->done(request, &answer);
        handle_put(handle);
}

static void collect(struct net *net)
{
        CURLMsg *message;
        int left = 0;

        while ((message = curl_multi_info_read(net->multi, &left)) != NULL) {
                struct net_handle *handle = NULL;

                if (message->msg != CURLMSG_DONE)
                        continue;
                (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&handle);
                handle->result = message->data.result;
                handle->next = net->ended;
                net->ended = handle;
        }
}

enum rc net_run(struct net *net, unsigned wait_ms, struct err *err)
{
        int running = 0;
        CURLMcode code = curl_multi_perform(net->multi, &running);

        collect(net);
        if (code == CURLM_OK && !net->ended && wait_ms) {
                code = curl_multi_poll(net->multi, NULL, 0, (int)wait_ms, NULL);
                if (code == CURLM_OK)
                        code = curl_multi_perform(net->multi, &running);
                collect(net);
        }
        while (net->ended) {
                struct net_handle *handle = net->ended;

                net->ended = handle->next;
                handle->next = NULL;
                finish(net, handle);
        }
        if (code == CURLM_OUT_OF_MEMORY)
                return mem_fail(err);
        if (code != CURLM_OK)
                return err_set(err, RC_INTERNAL, "Requests cannot be made any more: %s.", curl_multi_strerror(code));
        return RC_OK;
}

void net_wake(struct net *net)
{
        (void)curl_multi_wakeup(net->multi);
}
