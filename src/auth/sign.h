/*
 * auth/sign.h - tokens that only this server can have made: for signed URLs.
 *
 *     token = base64url(payload') "." base64url(mac)
 *     payload' = key id (4 bytes) | expiry (8 bytes, microseconds) | payload
 *     mac = first 16 bytes of HMAC-SHA256(key, "vitrine-token-1" 0 purpose 0 payload')
 *
 * numbers big-endian. The purpose ("upload", "download", ...) is part of what is signed: a
 * token for one is no good for another. Two keys are live, so that URLs outlive a renewal
 * of the key; they are kept in the database and shared by all processes.
 *
 * Thread rule: any thread.
 */
#ifndef VITRINE_AUTH_SIGN_H
#define VITRINE_AUTH_SIGN_H

#include "auth/auth.h"

struct str auth_sign(struct auth *auth, struct arena *arena, const char *purpose, struct str payload,
                     int64_t expires_us);
/*
 * RC_DENIED when the token was altered, made for another purpose, or has expired; each with its sentence.
 * *ret_payload lives in the arena.
 */
MUST_USE enum rc auth_verify(struct auth *auth, struct arena *arena, const char *purpose, struct str token,
                             int64_t now_us, struct str *ret_payload, struct err *err);

#endif
