/* Makes the n-th write to the files of one folder fail, or all locks of them, for tests: `LD_PRELOAD=faults.so`.

   FAULT_FOLDER  the folder; calls on other files pass
   FAULT_AT      which call fails, counted from 1 over all functions below
   FAULT_ERROR   its errno; 0 writes half of the bytes and says so
   FAULT_ON      if set, all later calls fail too
   FAULT_REPORT  a file that gets the name of the function that failed first
   FAULT_LOCKS   the errno of every lock, as on a file system that has none */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int count;

static int is_inside(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_ours(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_inside(path);
}

/* The errno of a call that must fail, 0 if half of it is to be done, -1 if it passes. */
static int fails(const char *name) {
    const char *at = getenv("FAULT_AT"), *report = getenv("FAULT_REPORT"), *error = getenv("FAULT_ERROR");
    if (!at) return -1;
    int n = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    if (n < atoi(at) || (n > atoi(at) && !getenv("FAULT_ON"))) return -1;
    if (n == atoi(at) && report) {
        int fd = syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        syscall(SYS_write, fd, name, strlen(name));
        syscall(SYS_close, fd);
    }
    return error ? atoi(error) : EIO;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define FAIL(name)               \
    int error = fails(#name);    \
    if (error > 0) {             \
        errno = error;           \
        return -1;               \
    }

#define WRITING(name, parameters, whole, half) \
    ssize_t name parameters {                  \
        if (!is_ours(fd)) return whole;        \
        FAIL(name)                             \
        return error == 0 ? half : whole;      \
    }

WRITING(write, (int fd, const void *data, size_t size), REAL(write)(fd, data, size), REAL(write)(fd, data, (size + 1) / 2))
WRITING(pwrite, (int fd, const void *data, size_t size, off_t at), REAL(pwrite)(fd, data, size, at),
        REAL(pwrite)(fd, data, (size + 1) / 2, at))
WRITING(pwrite64, (int fd, const void *data, size_t size, off64_t at), REAL(pwrite64)(fd, data, size, at),
        REAL(pwrite64)(fd, data, (size + 1) / 2, at))

#define PASSING(name, parameters, is_concerned, real) \
    int name parameters {                             \
        if (is_concerned) {                           \
            FAIL(name)                                \
        }                                             \
        return real;                                  \
    }

PASSING(fsync, (int fd), is_ours(fd), REAL(fsync)(fd))
PASSING(fdatasync, (int fd), is_ours(fd), REAL(fdatasync)(fd))
PASSING(ftruncate, (int fd, off_t size), is_ours(fd), REAL(ftruncate)(fd, size))
PASSING(ftruncate64, (int fd, off64_t size), is_ours(fd), REAL(ftruncate64)(fd, size))
PASSING(rename, (const char *from, const char *to), is_inside(to), REAL(rename)(from, to))
PASSING(unlink, (const char *path), is_inside(path), REAL(unlink)(path))

static int lacks_locks(int fd) {
    const char *error = getenv("FAULT_LOCKS");
    return error && is_ours(fd) ? atoi(error) : 0;
}

int flock(int fd, int operation) {
    int error = lacks_locks(fd);
    if (!error) return REAL(flock)(fd, operation);
    errno = error;
    return -1;
}

#define CONTROL(name)                                                                        \
    int name(int fd, int command, ...) {                                                     \
        va_list rest;                                                                        \
        va_start(rest, command);                                                             \
        void *value = va_arg(rest, void *);                                                  \
        va_end(rest);                                                                        \
        int locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK;         \
        int error = locks ? lacks_locks(fd) : 0;                                             \
        if (!error) return REAL(name)(fd, command, value);                                   \
        errno = error;                                                                       \
        return -1;                                                                           \
    }

CONTROL(fcntl)
CONTROL(fcntl64)
