/*
 * model/principal.h - who is asking.
 *
 * auth/ makes one for every request out of its credentials; domain/ judges by it. The
 * strings live in the request's arena.
 *
 * Thread rule: immutable once made.
 */
#ifndef VITRINE_MODEL_PRINCIPAL_H
#define VITRINE_MODEL_PRINCIPAL_H

#include "base/base.h"

/* account_id 0: nobody (anonymous). */
struct principal {
        int64_t account_id;
        int64_t entity_id;          /* the personal entity */
        int64_t default_entity_id;  /* where projects go when no entity is named */
        int64_t service_entity_id;  /* service account of this team or organization, else 0 */
        int64_t key_id;             /* API key used, else 0 */
        bool admin;                 /* administrator of the instance */
        bool service;
        struct str username;
        struct str name;
        struct str email;           /* may be absent */
};

#endif
