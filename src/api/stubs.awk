# Weak bodies for the resolvers that are declared; Meson turns backslashes in commands
# into slashes, hence a file.
BEGIN { print "#include \"api/schema_tables.h\"" }
/^enum rc resolve_/ {
        split($3, name, "(")
        print "__attribute__((weak)) enum rc " name[1] "(struct gql_field *f UNUSED, void *p UNUSED,"
        print "        struct gql_out *o UNUSED, struct err *err)"
        print "{ return err_set(err, RC_INVALID, \"" name[1] " is not answered by this build.\"); }"
}
