#ifndef DECAID_ORACLE_ABI_PARAMS_H
#define DECAID_ORACLE_ABI_PARAMS_H

/* The struct ModelParams of our contracts, inline in a head. */

#include "base/event.h"
#include "oracle/abi.h"

#define ABI_PARAMS_TYPE "(address,uint32,uint32,uint32,uint32,uint32," \
	"uint32,uint32,uint32,uint64,uint96,uint96,uint32,uint32,uint16)"
#define ABI_PARAMS_WORDS 15

void abi_put_params(struct abi_out *t, const struct trainer_params *p);
void abi_get_params(struct trainer_params *p, struct abi_in *in);

#endif /* DECAID_ORACLE_ABI_PARAMS_H */
