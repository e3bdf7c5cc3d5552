/*
 * api/resolve_server.c - serverInfo: what clients ask before anything else.
 *
 * The features table decides which ways clients take. A feature is on when every field
 * that it makes clients send is in the schema; unknown names are ignored by clients, so
 * the list only holds those that some released client looks at; VITRINE_ are those that our own does.
 */
#include "api/resolve.h"

static const struct feature {
        const char *name;
        bool enabled;
} features[] = {
        { "LARGE_FILENAMES", true },
        { "ARTIFACT_TAGS", true },
        { "CLIENT_IDS", true },
        { "ARTIFACT_REGISTRY_SEARCH", true },
        { "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION", true },
        { "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP", true },
        { "ARTIFACT_COLLECTION_MEMBERSHIP_FILES", true },
        { "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER", true },
        { "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID", true },
        { "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE", true },
        { "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION", true },
        { "TOTAL_COUNT_IN_FILE_CONNECTION", true },
        { "ARTIFACT_COLLECTIONS_FILTERING_SORTING", true },
        { "ARTIFACT_DIGEST_ALGORITHM", true },
        { "MARK_RUN_FILES_UPLOADED", true },
        { "VITRINE_UPLOAD_RESUME", true },
        /* Plain text and plain bodies are all that is stored and shown. */
        { "STRUCTURED_CONSOLE_LOGS", false },
        { "FILESTREAM_GZIP", false },
        { "EXPAND_DEFINED_METRIC_GLOBS", false },
        /* Areas that the schema leaves out. */
        { "SWEEPS_QUERY_FILTERING", false },
        { "SWEEPS_LOCAL_SCHEDULER", false },
        { "QUERY_AUTOMATIONS_ON_ENTITY", false },
        { "EVAL_TABLES_CES", false },
};

FIELD(Query, serverInfo)
{
        gql_out_object(out, "ServerInfo", (void *)(uintptr_t)features);
        return RC_OK;
}

/* Wide bounds: clients compare them with their own version and drop what they think is not understood. */
FIELD(ServerInfo, cliVersionInfo)
{
        gql_out_json(out, STR("{\"max_cli_version\":\"99.0.0\",\"min_cli_version\":\"0.0.1\"}"));
        return RC_OK;
}

FIELD(ServerInfo, latestLocalVersionInfo)
{
        gql_out_object(out, "LatestLocalVersionInfo", (void *)(uintptr_t)features);
        return RC_OK;
}

FIELD(ServerInfo, features)
{
        gql_out_list(out, ARRAY_LEN(features));
        for (size_t i = 0; i < ARRAY_LEN(features); i++)
                gql_out_object(gql_out_item(out, i), "ServerFeature", (void *)(uintptr_t)&features[i]);
        return RC_OK;
}

FIELD(ServerFeature, name)
{
        gql_out_str(out, str_from(((const struct feature *)parent)->name));
        return RC_OK;
}

FIELD_BOOL(ServerFeature, isEnabled, feature, enabled)

FIELD_CONST_BOOL(LatestLocalVersionInfo, outOfDate, false)
FIELD_CONST_STR(LatestLocalVersionInfo, latestVersionString, VITRINE_VERSION)
FIELD_CONST_STR(LatestLocalVersionInfo, versionOnThisInstanceString, VITRINE_VERSION)
