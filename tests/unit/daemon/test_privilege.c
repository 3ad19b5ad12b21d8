/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/privilege.h"

#include "tests/unit/cmocka_all.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uid_t owner_of(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status.st_uid;
}

/* What root finds at the path of run-dir stays root's: /run, or what a link of the user's leads to. */
static void test_only_a_new_folder_is_given(void **state)
{
	(void)state;
	const struct passwd *nobody = getpwnam("nobody");
	char folder[] = "/tmp/sextant-privilege-XXXXXX", there[64], link[64], fresh[64];
	assert_non_null(mkdtemp(folder));
	snprintf(there, sizeof(there), "%s/there", folder);
	snprintf(link, sizeof(link), "%s/link", folder);
	snprintf(fresh, sizeof(fresh), "%s/fresh", folder);
	assert_int_equal(mkdir(there, 0755), 0);
	assert_int_equal(symlink(there, link), 0);
	if (nobody != NULL) {
		assert_int_equal(privilege_make_folder(there, "nobody"), ERR_OK);
		assert_int_equal(privilege_make_folder(link, "nobody"), ERR_OK);
		assert_int_equal(owner_of(there), geteuid());
	}
	/* A namespace may have no such user to give to. */
	int rc = nobody != NULL ? privilege_make_folder(fresh, "nobody") : privilege_make_folder(fresh, NULL);
	if (rc == ERR_OK)
		assert_int_equal(owner_of(fresh), nobody != NULL && geteuid() == 0 ? nobody->pw_uid : geteuid());
	assert_int_equal(privilege_make_folder(fresh, "no such user"), ERR_NOT_FOUND);
	rmdir(fresh);
	unlink(link);
	rmdir(there);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_only_a_new_folder_is_given)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
