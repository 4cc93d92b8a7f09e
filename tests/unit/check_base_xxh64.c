/* check_base_xxh64.c: the checksum against the reference's. */

#include "config.h"

#include "base/xxh64.h"
#include "tests/unit/unit.h"

/* Of the bytes 7 i + 1, i = 0, 1, ..., by xxHash 0.8.1, seed 0. */
START_TEST(the_reference_says_the_same)
{
	static const struct {
		size_t n;
		uint64_t sum;
	} cases[] = {
		{ 0, UINT64_C(0xef46db3751d8e999) },
		{ 1, UINT64_C(0x8a4127811b21e730) },
		{ 3, UINT64_C(0xb6e6c910c2fd373a) },
		{ 4, UINT64_C(0x22eda2cf6af4c124) },
		{ 7, UINT64_C(0x34084d91a233a751) },
		{ 8, UINT64_C(0xc6f1803a5e0b3222) },
		{ 12, UINT64_C(0x9178b724dce384c0) },
		{ 31, UINT64_C(0x6ab1c40e29f50073) },
		{ 32, UINT64_C(0x5a0756fbe9ecd3d1) },
		{ 33, UINT64_C(0xdc50cdc37bb9c183) },
		{ 63, UINT64_C(0x10dd94885c71894a) },
		{ 64, UINT64_C(0x90083da9cdb9d795) },
		{ 71, UINT64_C(0x0f2038704bd83a47) },
		{ 200, UINT64_C(0xb2d27dd52e816618) },
	};
	uint8_t in[201];
	size_t i;

	for (i = 1; i < sizeof(in); i++)	/* at an odd address */
		in[i] = (uint8_t)(7 * (i - 1) + 1);
	for (i = 0; i < DC_ARRAY_LEN(cases); i++)
		ck_assert_uint_eq(xxh64(in + 1, cases[i].n), cases[i].sum);
}
END_TEST

UNIT_MAIN("base/xxh64", the_reference_says_the_same)
