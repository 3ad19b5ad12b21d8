/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/public_key.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

/* Of an MX RRset signed by Knot DNS 3.2.6 with GnuTLS: public key field, what is signed (RFC 4034 3.1.8.1, put together
 * by dnspython 2.3.0), signature. */
static const struct vector {
	uint8_t algorithm;
	const char *name, *key, *data, *signature;
} vectors[] = {
	{5, "RSASHA1",
	 "03010001b37f1059ab1d1d66c58f8ad6b7ab41603bd871efbc22bf79cd0db9f7cc193a5d9d17ddac57257d1cf0beb8fd20520f48"
	 "4eacd29f431678730afbca9e5d21cbc11cb2c9c49e565217a4e55a09398f3ddc85f21b24d9d6d0cd37917d8469679b76d6617414"
	 "8108ddff93b44fec6973d1a5695af98525cdb9e86847c80210d83347",
	 "000f05020000012c7a7a69b96b0740a1698d076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "2069a0c262cca829767c0f9fde16d34d58f774d51f4546ee6e837abec391be69d8790e66e1827e534fcd1c902808a855c1e8656b"
	 "f77aeadb7fe2c36dabc221a5c89554dd35d4db4bc1370fb53e9b5869d7cef2c755c4d6b31c3a7bb6f7a4debc25dbba4c14bf968b"
	 "5a765cfce705090be2db46173e414f35c9baacabe9980a59"},
	{7, "RSASHA1-NSEC3-SHA1",
	 "03010001df0a7e0841cde27f0829fa6d45d37fce80cee3dcc7a84ae49030a7225428a1f26482585098b666d452342f950cc06335"
	 "9d62055a72237e27e3ceb0e4cb46dc3746f6d1105fcacf8c08a005f0a9e9bd9dab72da76be91680150dce2cdb30bf8f38f192048"
	 "2db408d2bbdf8e14e6b4d2c986eedc6ec68b87351bea9db5cd9314af",
	 "000f07020000012c7a7a69b96b0740a1f297076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "a59d1cd21acac65539b807fac9aaddf9177f953fbc53c8501fba01801f23b8e3cea71522edc3972e89221b6024cb61b4ca1f9c62"
	 "c4b7a05f03db9bf123cf74f60f1ccaf7573b395efbb0cfea3f0dc46343933794790af01b6ba9da66c19e804d9b0d7ff141ea3757"
	 "899cac9aad32425e49d845758002f1b4c1ff030df8e69da7"},
	{8, "RSASHA256",
	 "03010001d955fa9f51348db24fb886effa097509c9bcac9ada94d46e3bc8070198deadc2b619acdc954a9c35c17e196a2c3aad87"
	 "8005a69a255db7325f18a13bef7f7f0519963971472ef69f497ab59507172f2ff75c4289ec7b23234b179dd9feecd5f47e825ede"
	 "1974bfbf234253bda2ad48a904ef419449564bab93d866dfad764233",
	 "000f08020000012c7a7a69b96b0740a115e8076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "76a69de452fac4bc535492aee2f5f0e6224e24a6be8b9229c8c1c69efb47ced352b8acebfc551f9b94faf89451ce3663ab4b0172"
	 "dcce1506fb812921b9628aa3d83e52be3f05c6374b8671fda2d65ab55b8ba6bbd36042d218461b22f853353b2d2210060addeee4"
	 "5c647723b8f8c959e2e432fa08bb9516cb41fe1340f9bb84"},
	{10, "RSASHA512",
	 "03010001c8e58b9b9b88d380d82b8d7c0423efdb5ba981daffaf767fed5f279b83609654607b0777a37a5743b1479d102732c795"
	 "9d26daccfb9651e24fae9e604efee0ea1fe6bc28259b0d112a8d1e415c4f6dd0c488a9dc9927c72ca5368f324587758a3491307e"
	 "67f4f28223900fd7ebe076edf0bef6fe339c59c2b1944367adf31139",
	 "000f0a020000012c7a7a69b96b0740a188b6076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "bb87ae1fd92d5d5dcb850b4c3bc8563e017aae4bbec957dc67d2038b4c7a07b044c291ab5f234b6bba3f2d5f465e0fd87a815c97"
	 "9617e5c4f04ad974ad034084eab7ee8cee1b669cbdb0a99b6e85c3f9885ee2440d696cf0c11578f2f1258e67a440fe7204cc344d"
	 "1a7b5482c019ced95ff312a8cb8781152c6fe00c0cfc8891"},
	{13, "ECDSAP256SHA256",
	 "b0f83e68db44c2069cfec0e3fddc5a2302ee87d1d3f8db588307f8b69091f453a06d98063559de41c56ff8e052351367e99bea74"
	 "b7889cdfd950650aaa5425a1",
	 "000f0d020000012c7a7a69b96b0740a12818076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "47455da42960278244e452e39fb0c2312ccc6c70cdfa3c3e1c8b8061b324444570a1329bf2dd373a90a02c09fa9fe0a122fde87b"
	 "b0ca7a924ad04621fd4d87b1"},
	{14, "ECDSAP384SHA384",
	 "c370246f29fdea43ba9788888a407d82feb9799b308d36d2b46de69ee0fa00afdb9a8a017174abac6c2d6942756e38496190c7c7"
	 "443a2b251c09b8d66df00fc57f564f7aa51a3286d161ed0fe7c31c2ce97712ee6b497d35fdd875fd757b0f1a",
	 "000f0e020000012c7a7a69b96b0740a1ded3076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "ca649c03d3692d42693f4faf345b616d39517b5f77fe1ac28e37a319d6d4fd70e09a808a2fc617849b6e55349e4abe89b00d7bd1"
	 "ff3781a36855088dafa7137ceeaa0bcd688380e3171f15438eb7707b51540adbdd63d0ee57da0c849fcfc8fc"},
	{15, "ED25519",
	 "7880d27e8876981f4a1a96addc0b015605c9a68819fdef253d54deba8919f0c1",
	 "000f0f020000012c7a7a69b96b0740a1792d076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "443f7ed76c0831385965cfd49f7bc6ac1557a3aeedb46f445d15296a528e2a52b963a995c2ad212b6b1012993c697889eda1a616"
	 "ad34c779dddb46fe7cdfa909"},
	{16, "ED448",
	 "4556d5f687db5c202f46f6e7472621f411f53a73d8a3dfba483d8eb5104ad3710486e3e5687cbb1277a29d14bd47db25bf9aa5a1"
	 "4df9096080",
	 "000f10020000012c7a7a69b96b0740a147cd076578616d706c6500046d61696c076578616d706c6500000f00010000012c000f00"
	 "0a03777777076578616d706c6500",
	 "452b59756b83f61119527071509dfb355f6138ce293af55c0f6bd9650976ff1bbfc87b2f3fe7aebc29427b3d25c7f03a0ab94086"
	 "7f35574600689bbfaab9f782a3084f9272fcbc3d4e7ba711b156f286fc20546d9e8acfa26496699cd71fea862bc5e79a937dae14"
	 "f878038bd90424fc2f00"},
};
#define VECTOR_COUNT (sizeof(vectors) / sizeof(vectors[0]))

struct octets {
	uint8_t key[1024], data[256], signature[1024];
	size_t key_size, data_size, signature_size;
};

static void octets_read(const struct vector *vector, struct octets *ret)
{
	ret->key_size = octets_of_hex(vector->key, ret->key, sizeof(ret->key));
	ret->data_size = octets_of_hex(vector->data, ret->data, sizeof(ret->data));
	ret->signature_size = octets_of_hex(vector->signature, ret->signature, sizeof(ret->signature));
}

static int verify(struct public_key *key, const struct octets *octets)
{
	return public_key_verify(key, span_of(octets->data, octets->data_size),
	                         span_of(octets->signature, octets->signature_size));
}

static void test_verify(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct octets octets;
		struct public_key *key;
		octets_read(&vectors[i], &octets);
		assert_true(public_key_is_supported(vectors[i].algorithm));
		assert_string_equal(public_key_algorithm_text(vectors[i].algorithm), vectors[i].name);
		assert_int_equal(public_key_new(vectors[i].algorithm, span_of(octets.key, octets.key_size), &key), ERR_OK);
		/* More than once: contexts are kept; and good again after bad. */
		for (unsigned round = 0; round < 2; round++) {
			assert_int_equal(verify(key, &octets), ERR_OK);
			octets.data[octets.data_size - 1] ^= 1;
			assert_int_equal(verify(key, &octets), ERR_MISMATCH);
			octets.data[octets.data_size - 1] ^= 1;
			octets.signature[octets.signature_size / 2] ^= 0x10;
			assert_int_equal(verify(key, &octets), ERR_MISMATCH);
			octets.signature[octets.signature_size / 2] ^= 0x10;
		}
		/* Shorter and longer ones are malformed. */
		for (size_t size = 0; size < octets.signature_size + 3; size++) {
			uint8_t signature[1024] = {0};
			memcpy(signature, octets.signature, octets.signature_size);
			int wanted = size == octets.signature_size ? ERR_OK : ERR_MISMATCH;
			assert_int_equal(public_key_verify(key, span_of(octets.data, octets.data_size), span_of(signature, size)),
			                 wanted);
		}
		memset(octets.signature, 0, octets.signature_size);
		assert_int_equal(verify(key, &octets), ERR_MISMATCH);
		memset(octets.signature, 0xff, octets.signature_size);
		assert_int_equal(verify(key, &octets), ERR_MISMATCH);
		public_key_free(key);
	}
}

/* Another key of the same kind, or the right octets under another algorithm. */
static void test_wrong_key(void **state)
{
	struct octets one, other;
	struct public_key *key;
	octets_read(&vectors[2], &one);  /* RSASHA256 */
	octets_read(&vectors[3], &other); /* RSASHA512 */
	assert_int_equal(public_key_new(8, span_of(other.key, other.key_size), &key), ERR_OK);
	assert_int_equal(verify(key, &one), ERR_MISMATCH);
	public_key_free(key);
	assert_int_equal(public_key_new(10, span_of(one.key, one.key_size), &key), ERR_OK);
	assert_int_equal(verify(key, &one), ERR_MISMATCH);
	public_key_free(key);
}

static void test_unsupported(void **state)
{
	static const uint8_t algorithms[] = {0, 1, 2, 3, 4, 6, 9, 11, 12, 17, 23, 252, 253, 254, 255};
	static const uint8_t octets[64] = {1, 3};
	struct public_key *key = NULL;
	for (size_t i = 0; i < sizeof(algorithms); i++) {
		assert_false(public_key_is_supported(algorithms[i]));
		assert_string_equal(public_key_algorithm_text(algorithms[i]), "unknown");
		assert_int_equal(public_key_new(algorithms[i], span_of(octets, 64), &key), ERR_UNSUPPORTED);
	}
	assert_null(key);
}

/* Each prefix of a good key, and one octet more. RSA takes them as shorter moduli until they are too short. */
static void test_sizes(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct octets octets;
		octets_read(&vectors[i], &octets);
		for (size_t size = 0; size <= octets.key_size + 1; size++) {
			struct public_key *key = NULL;
			uint8_t exact[1024] = {0};
			memcpy(exact, octets.key, size < octets.key_size ? size : octets.key_size);
			int err = public_key_new(vectors[i].algorithm, span_of(exact, size), &key);
			bool is_rsa = vectors[i].algorithm <= 10;
			assert_int_equal(err == ERR_OK, is_rsa ? size >= 4 + 64 : size == octets.key_size);
			public_key_free(key);
		}
	}
}

static size_t rsa_write(uint8_t *at, size_t exponent_size, uint8_t exponent_first, size_t modulus_size,
                        uint8_t modulus_first)
{
	size_t size = 0;
	if (exponent_size < 256) {
		at[size++] = (uint8_t)exponent_size;
	} else {
		at[size++] = 0;
		store_u16(at + size, (uint16_t)exponent_size);
		size += 2;
	}
	memset(at + size, 1, exponent_size + modulus_size);
	if (exponent_size > 0)
		at[size] = exponent_first;
	if (modulus_size > 0)
		at[size + exponent_size] = modulus_first;
	return size + exponent_size + modulus_size;
}

static void test_rsa_bounds(void **state)
{
	static const struct {
		size_t exponent_size, modulus_size;
		uint8_t exponent_first, modulus_first;
		int wanted;
	} rows[] = {
		{3, 512, 1, 0x80, ERR_OK}, /* 4096 bits */
		{3, 513, 1, 1, ERR_RANGE},
		{3, 4000, 1, 1, ERR_RANGE},
		{5, 128, 1, 0x80, ERR_OK},
		{6, 128, 1, 0x80, ERR_RANGE},
		{300, 128, 1, 0x80, ERR_RANGE},
		{3, 64, 1, 0x80, ERR_OK},
		{3, 63, 1, 0x80, ERR_RANGE},
		{3, 128, 0, 0x80, ERR_SYNTAX}, /* RFC 3110 2: leading zeros are prohibited */
		{3, 128, 1, 0, ERR_SYNTAX},
		{3, 0, 1, 0, ERR_SYNTAX},
		{0, 128, 1, 0x80, ERR_SYNTAX},
	};
	static uint8_t octets[8192];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct public_key *key = NULL;
		size_t size = rsa_write(octets, rows[i].exponent_size, rows[i].exponent_first, rows[i].modulus_size,
		                        rows[i].modulus_first);
		assert_int_equal(public_key_new(8, span_of(octets, size), &key), rows[i].wanted);
		public_key_free(key);
	}
	/* The long form of the length for a short exponent is fine; a length beyond the end is not. */
	struct public_key *key = NULL;
	uint8_t long_form[3 + 1 + 128] = {0, 0, 1, 3};
	memset(long_form + 4, 0x81, 128);
	assert_int_equal(public_key_new(8, span_of(long_form, sizeof(long_form)), &key), ERR_OK);
	public_key_free(key);
	assert_int_equal(public_key_new(8, span_of("\0\1", 2), &key), ERR_SYNTAX);
	assert_int_equal(public_key_new(8, span_of("\5\1\1", 3), &key), ERR_SYNTAX);
}

/* A point that is not on the curve is no key. */
static void test_points(void **state)
{
	uint8_t octets[96];
	struct public_key *key = NULL;
	memset(octets, 0x55, sizeof(octets));
	assert_true(public_key_new(13, span_of(octets, 64), &key) < 0);
	assert_true(public_key_new(14, span_of(octets, 96), &key) < 0);
	memset(octets, 0, sizeof(octets));
	assert_true(public_key_new(13, span_of(octets, 64), &key) < 0);
	memset(octets, 0xff, sizeof(octets));
	assert_true(public_key_new(13, span_of(octets, 64), &key) < 0);
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify), cmocka_unit_test(test_wrong_key),  cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_sizes),  cmocka_unit_test(test_rsa_bounds), cmocka_unit_test(test_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
