/*
 * store/migrations.h - the steps that bring a database file up to this program.
 *
 * The texts are src/store/migrations/NNNN_name.sqlite.sql, embedded at build time. A step
 * that has been released never changes; a new one is added at the end of the list in
 * migrations.c and in meson.build.
 */
#ifndef VITRINE_STORE_MIGRATIONS_H
#define VITRINE_STORE_MIGRATIONS_H

#include "db/db.h"

/* Applies what is missing; see db_migrate(). */
MUST_USE enum rc store_migrate(struct db *db, struct err *err);

#endif
