/*
 * domain/account.h - making and deleting users, their passwords and defaults.
 *
 * A user comes with a personal entity of the same name. Names are one space with teams
 * and organizations. Deleting takes the account and its personal projects out of use and
 * frees the name; what it logged for teams stays.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_ACCOUNT_H
#define VITRINE_DOMAIN_ACCOUNT_H

#include "domain/call.h"
#include "store/account.h"
#include "store/team.h"

struct account_new {
        struct str username;
        struct str name;              /* absent: the user name */
        struct str email;             /* absent: none */
        bool admin;
};

/* RC_EXISTS when the name belongs to somebody or something. Instance administrators only. */
MUST_USE enum rc account_create(struct call *call, const struct account_new *wanted, struct account **ret,
                                struct err *err);
/* Instance administrators only. */
MUST_USE enum rc account_delete(struct call *call, struct str username, struct err *err);
/* RC_NOT_FOUND with a sentence when there is none. */
MUST_USE enum rc account_find(struct call *call, struct str username, struct account **ret, struct err *err);
/* The same by user name or, when there is an @ in it, by e-mail address. */
MUST_USE enum rc account_find_called(struct call *call, struct str called, struct account **ret, struct err *err);
/* phc: from auth_password_hash(), absent to switch passwords off. Signs the account out everywhere. */
MUST_USE enum rc account_set_password(struct call *call, struct str username, struct str phc, struct err *err);
/* The personal entity or a team of the caller's. */
MUST_USE enum rc account_set_default_entity(struct call *call, struct str entity_name, struct err *err);

/* The caller's full name; empty: the user name again. */
MUST_USE enum rc account_set_name(struct call *call, struct str name, struct err *err);

/*
 * A service account of a team or of an organization: member of it, named by its description, with
 * keys but without a password. For administrators of the one or the other.
 */
MUST_USE enum rc account_create_service(struct call *call, struct str owner_name, struct str description,
                                        struct account **ret, struct err *err);
/*
 * Inside a write, for whoever was judged already: a service account that leaves what it was made for
 * has nowhere else to be, so it ends, with its keys. Nothing happens to all others.
 */
MUST_USE enum rc account_end_service(struct call *call, const struct account *account, int64_t left_entity_id,
                                     struct err *err);
/* A free user name for somebody with this e-mail address. */
MUST_USE enum rc account_name_for_email(struct call *call, struct str email, struct str *ret_username,
                                        struct err *err);

/* "user", "team" or "organization". */
const char *entity_kind_name(enum entity_kind kind);
/* RC_EXISTS with a sentence that says what holds the name; RC_OK when it is free. */
MUST_USE enum rc entity_name_is_free(struct call *call, struct str name, struct err *err);

#endif
