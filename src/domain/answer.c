/*
 * domain/answer.c - the same question again; see answer.h.
 */
#include "domain/answer.h"

#include "crypto/crypto.h"

#define QUESTION_MAX 16384 /* longer ones are not worth their digest */

/* With its length in front: no two lists of texts are written alike. */
static char *add(char *at, struct str text)
{
        at = mempcpy(at, &text.len, sizeof(text.len));
        return text.len ? mempcpy(at, text.ptr, text.len) : at;
}

static void make_key(const struct call *call, struct str question, struct answer_key *ret)
{
        const struct principal *who = call->who;
        const int64_t numbers[] = { who->account_id, who->entity_id, who->default_entity_id, who->service_entity_id,
                                    who->key_id,     who->admin,     who->service };
        const struct str texts[] = { who->username, who->name, who->email, call->base_url, question };
        size_t len = sizeof(numbers);
        char *all, *at;

        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
                len += sizeof(texts[i].len) + texts[i].len;
        all = arena_alloc(call->arena, len);
        at = mempcpy(all, numbers, sizeof(numbers));
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
                at = add(at, texts[i]);
        crypto_sha256(all, len, ret->digest);
        ret->is_set = true;
}

bool answer_find(struct call *call, struct str question, struct answer_key *ret_key, struct str *ret)
{
        *ret_key = (struct answer_key){ 0 };
        if (str_is_null(question) || question.len > QUESTION_MAX)
                return false;
        make_key(call, question, ret_key);
        return db_recall(call->conn, ret_key->digest, ret);
}

void answer_keep(struct call *call, const struct answer_key *key, struct str answer)
{
        if (key->is_set && !call->passing && call->conn)
                db_keep(call->conn, key->digest, answer);
}
