/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error codes: one list gives the enum and the texts.
 * Owned by nobody: codes are plain ints, ERR_OK, -errno, or one of the list.
 * Never carries a DNS outcome: NXDOMAIN or REFUSED is an enum value of its own, not an error.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

#define ERR_LIST(X)                                                                               \
	X(ERR_SYNTAX, "not well formed")                                                          \
	X(ERR_RANGE, "value out of range")                                                        \
	X(ERR_SPACE, "no room left")                                                              \
	X(ERR_TRUNCATED, "ends too early")                                                        \
	X(ERR_TRAILING, "has octets left over")                                                   \
	X(ERR_NOT_FOUND, "not found")                                                             \
	X(ERR_EXISTS, "exists already")                                                           \
	X(ERR_LIMIT, "a limit is reached")                                                        \
	X(ERR_UNSUPPORTED, "not supported")                                                       \
	X(ERR_MISMATCH, "does not match")                                                         \
	X(ERR_FINDINGS, "has errors, see the findings")                                           \
	X(ERR_CRYPTO, "the crypto library failed")

enum err {
	ERR_OK = 0,
	ERR_BASE = -10000, /* below every -errno */
#define ERR_ENUM(code, text) code,
	ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
	ERR_END
};

/* The text of a code: our own list, else strerror(-code). Never NULL; lives for ever. */
const char *err_text(int code);

#endif
