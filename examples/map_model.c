/*
 * map_model.c - load a model by alias: bring one file of it up to date and map it into memory.
 *
 *     map_model NAME:ALIAS FILE FOLDER
 *
 * FILE is the name within the artifact. A server that loads models does this at its start and whenever it is told
 * that the alias has moved. A file that is there with the right digest costs one question to the registry; while a
 * new one is coming, whoever has the old one mapped keeps it, because the new one takes its name in one step.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vitrine/vitrine.h>

struct model {
        const unsigned char *bytes;
        size_t size;
};

/* Read-only, as the file is; the mapping stays when the descriptor goes. */
static int map(const char *path, struct model *ret)
{
        struct stat status;
        void *bytes = MAP_FAILED;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0)
                bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (fd >= 0)
                (void)close(fd);
        if (bytes == MAP_FAILED)
                return -1;
        *ret = (struct model){ bytes, (size_t)status.st_size };
        return 0;
}

static enum vitrine_code fetch(const char *name, const char *file, const char *path, char *ret_version,
                               size_t ret_size, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        vitrine_artifact *artifact = NULL;
        enum vitrine_code code = vitrine_session_new(NULL, &session, error);

        if (!code)
                code = vitrine_artifact_fetch(session, name, "model", &artifact, error);
        if (!code)
                code = vitrine_artifact_download_file(artifact, file, path, NULL, error);
        if (!code)
                (void)snprintf(ret_version, ret_size, "%s", vitrine_artifact_qualified_name(artifact));
        vitrine_artifact_free(artifact);
        vitrine_session_free(session);
        return code;
}

int main(int argc, char **argv)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        char path[4096], version[512];
        struct model model;
        unsigned sum = 0;

        if (argc != 4 || snprintf(path, sizeof(path), "%s/%s", argv[3], argv[2]) >= (int)sizeof(path)) {
                fprintf(stderr, "usage: %s NAME:ALIAS FILE FOLDER\n", argv[0]);
                return 2;
        }
        if (fetch(argv[1], argv[2], path, version, sizeof(version), &error)) {
                fprintf(stderr, "%s\n", error.message);
                return EXIT_FAILURE;
        }
        if (map(path, &model) != 0) {
                perror(path);
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < model.size; i++)
                sum = sum * 31 + model.bytes[i];
        printf("%s: %zu bytes at their place, checksum %08x\n", version, model.size, sum);
        (void)munmap((void *)(unsigned long)model.bytes, model.size);
        return EXIT_SUCCESS;
}
