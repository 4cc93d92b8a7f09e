/*
 * i256.c: the signed reading of 256-bit integers, by way of magnitudes.
 */

#include "config.h"

#include "base/i256.h"

struct u256
i256_from_i64(int64_t v)
{
	uint64_t sign = v < 0 ? UINT64_MAX : 0;

	return (struct u256){ { (uint64_t)v, sign, sign, sign } };
}

struct u256
i256_from_i128(__int128 v)
{
	uint64_t sign = v < 0 ? UINT64_MAX : 0;
	unsigned __int128 bits = (unsigned __int128)v;

	return (struct u256){ { (uint64_t)bits, (uint64_t)(bits >> 64),
				sign, sign } };
}

bool
i256_is_negative(struct u256 a)
{
	return a.w[3] >> 63;
}

struct u256
i256_negate(struct u256 a)
{
	struct u256 out;

	(void)u256_sub_wrap(&out, U256_ZERO, a);
	return out;
}

static struct u256
i256_magnitude(struct u256 a)
{
	return i256_is_negative(a) ? i256_negate(a) : a;
}

int
i256_compare(struct u256 a, struct u256 b)
{
	if (i256_is_negative(a) != i256_is_negative(b))
		return i256_is_negative(a) ? -1 : 1;
	return u256_compare(a, b);
}

bool
i256_divide(struct u256 *out, struct u256 a, struct u256 b)
{
	struct u256 q;

	if (!u256_divmod(&q, NULL, i256_magnitude(a), i256_magnitude(b)))
		return false;
	*out = i256_is_negative(a) != i256_is_negative(b) ? i256_negate(q) : q;
	return true;
}

void
i256_format(struct u256 a, char *out)
{
	if (i256_is_negative(a))
		*out++ = '-';
	u256_format(i256_magnitude(a), out);
}

enum dc_status
i256_parse(struct u256 *out, const char *text, struct dc_err *err)
{
	bool negative = text[0] == '-';
	struct u256 a, limit = u256_shl(u256_from_u64(1), 255);
	enum dc_status status = u256_parse(&a, text + negative, err);

	if (status != DC_OK)
		return status;
	if (negative && u256_is_zero(a))
		return dc_fail(err, DC_EINVAL, "zero has no sign");
	if (u256_compare(a, limit) >= (negative ? 1 : 0))
		return dc_fail(err, DC_EINVAL,
			       "a signed number lies in [-2^255, 2^255)");
	*out = negative ? i256_negate(a) : a;
	return DC_OK;
}
