/* Kills the program at its n-th write to a folder, or fails that and all later ones as a full disk does:
   LD_PRELOAD=crash.so CRASH_FOLDER=/home/ CRASH_AT=n CRASH_ERRNO=28 (0 kills). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int writes;

static int is_inside(const char *path) {
    const char *folder = getenv("CRASH_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_file_inside(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_inside(path);
}

/* Whether this write must fail; it may not return. */
static int fails(void) {
    const char *at = getenv("CRASH_AT"), *error = getenv("CRASH_ERRNO");
    if (!at || !error || __atomic_add_fetch(&writes, 1, __ATOMIC_SEQ_CST) < atoi(at)) return 0;
    if (atoi(error) == 0) kill(getpid(), SIGKILL);
    errno = atoi(error);
    return 1;
}

#define CALL(type, name, parameters, is_concerned, arguments)                       \
    type name parameters {                                                          \
        if (is_concerned && fails()) return -1;                                     \
        return ((type(*) parameters)dlsym(RTLD_NEXT, #name))arguments;              \
    }

CALL(ssize_t, write, (int file, const void *data, size_t size), is_file_inside(file), (file, data, size))
CALL(ssize_t, pwrite, (int file, const void *data, size_t size, off_t at), is_file_inside(file), (file, data, size, at))
CALL(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), is_file_inside(file), (file, data, size, at))
CALL(int, fsync, (int file), is_file_inside(file), (file))
CALL(int, fdatasync, (int file), is_file_inside(file), (file))
CALL(int, ftruncate, (int file, off_t size), is_file_inside(file), (file, size))
CALL(int, ftruncate64, (int file, off64_t size), is_file_inside(file), (file, size))
CALL(int, rename, (const char *from, const char *to), is_inside(to), (from, to))
CALL(int, unlink, (const char *path), is_inside(path), (path))
