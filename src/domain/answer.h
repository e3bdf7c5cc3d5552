/*
 * domain/answer.h - the same question again.
 *
 * Many ask the same again and again: which version has the alias, whether anything is new. As
 * long as nobody has written anything, the answer to the same question from the same account is
 * the same and need not be worked out again (db_keep), unless it is made of more than the
 * database holds: call->passing.
 *
 * A question is everything that the answer depends on besides the database, the caller and the
 * address that the caller uses.
 *
 * Thread rule: as the call.
 */
#ifndef VITRINE_DOMAIN_ANSWER_H
#define VITRINE_DOMAIN_ANSWER_H

#include "domain/call.h"

struct answer_key {
        bool is_set;
        uint8_t digest[DB_KEEP_KEY_BYTES];
};

/* True: *ret is the answer; it lives as long as what was read on call->conn. False: *ret_key is for answer_keep(). */
bool answer_find(struct call *call, struct str question, struct answer_key *ret_key, struct str *ret);
/* Only what changed nothing and met no error. Does nothing where the answer must not be given again. */
void answer_keep(struct call *call, const struct answer_key *key, struct str answer);

#endif
