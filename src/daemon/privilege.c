/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void privilege_raise_files(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	/* Refused: then the limit stays as it was, and the connection limits hold below it. */
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int privilege_make_folder(const char *path, const char *user)
{
	const struct passwd *entry = user != NULL ? getpwnam(user) : NULL;
	if (user != NULL && entry == NULL)
		return ERR_NOT_FOUND;
	if (mkdir(path, 0750) != 0)
		return errno == EEXIST ? ERR_OK : -errno;
	/* Never what was there before: it may be /run itself, or a link that the user has put in its place. */
	if (entry == NULL || geteuid() != 0)
		return ERR_OK;
	return lchown(path, entry->pw_uid, entry->pw_gid) == 0 ? ERR_OK : -errno;
}

int privilege_make_file(const char *path, const char *user)
{
	const struct passwd *entry = user != NULL ? getpwnam(user) : NULL;
	if (user != NULL && entry == NULL)
		return ERR_NOT_FOUND;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return errno == EEXIST ? ERR_OK : -errno;
	bool is_given = entry == NULL || geteuid() != 0 || fchown(fd, entry->pw_uid, entry->pw_gid) == 0;
	int rc = is_given ? ERR_OK : -errno;
	close(fd);
	return rc;
}

static int capabilities_keep(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	data[0].effective = data[0].permitted = 1u << CAP_NET_BIND_SERVICE;
	return syscall(SYS_capset, &header, data) == 0 ? ERR_OK : -errno;
}

int privilege_become(const char *user)
{
	const struct passwd *entry = getpwnam(user);
	if (entry == NULL)
		return ERR_NOT_FOUND;
	if (geteuid() == entry->pw_uid)
		return ERR_OK;
	bool is_kept = prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
	if (initgroups(user, entry->pw_gid) != 0 || setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)
		return -errno;
	return is_kept ? capabilities_keep() : ERR_OK;
}
