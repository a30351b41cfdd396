/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_main.c - runs a fuzz target over stored inputs, without a fuzzer
 *
 * Each argument is a file, or a folder of which every file is taken. Without
 * arguments it takes the corpus that it was built for, CORPUS below the source
 * folder ($srcdir, as make check sets it), so that all inputs that ever broke
 * something are tried again in each make check.
 * Ends with 0 when every input came back, 1 when one could not be read or
 * there was none.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct replay {
	unsigned int done, failed;
};

/* Exactly as large as the input, so that a sanitizer sees one byte too far. */
static int feed(int fd, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);
	size_t n = 0;
	ssize_t got;

	if (!data)
		return -ENOMEM;
	while (n < size && (got = read(fd, data + n, size - n)) > 0)
		n += (size_t)got;
	if (n == size)
		LLVMFuzzerTestOneInput(data, size);
	free(data);
	return n == size ? 0 : -EIO;
}

static void replay_file(struct replay *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc = -errno;

	if (fd >= 0) {
		rc = fstat(fd, &st) < 0 ? -errno : feed(fd, (size_t)st.st_size);
		close(fd);
	}
	r->done++;
	if (rc) {
		fprintf(stderr, "%s: %s\n", path, strerror(-rc));
		r->failed++;
	}
}

static void replay_folder(struct replay *r, DIR *d, const char *folder)
{
	const struct dirent *entry;
	char path[PATH_MAX];

	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		replay_file(r, path);
	}
	closedir(d);
}

static void replay(struct replay *r, const char *path)
{
	DIR *d = opendir(path);

	if (d)
		replay_folder(r, d, path);
	else
		replay_file(r, path);
}

int main(int argc, char **argv)
{
	struct replay r = {0};

#ifdef CORPUS
	if (argc < 2) {
		const char *srcdir = getenv("srcdir");
		char folder[PATH_MAX];

		snprintf(folder, sizeof(folder), "%s/%s", srcdir ? srcdir : ".", CORPUS);
		replay(&r, folder);
	}
#endif
	for (int i = 1; i < argc; i++)
		replay(&r, argv[i]);
	printf("%u inputs, %u could not be read\n", r.done, r.failed);
	return r.done && !r.failed ? 0 : 1;
}
