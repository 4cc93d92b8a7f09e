#ifndef DECAID_ORACLE_BYTECODE_H
#define DECAID_ORACLE_BYTECODE_H

/*
 * Creation code of our contracts, embedded from oracle/contracts/artifacts.
 * The ABI-encoded constructor arguments (oracle/abi_calls.h) stand after it.
 * Trainers are made by the factory and need none here.
 */

#include <stddef.h>
#include <stdint.h>

extern const uint8_t oracle_code_modelfactory[];
extern const size_t oracle_code_modelfactory_len;
extern const uint8_t oracle_code_operatorpool[];
extern const size_t oracle_code_operatorpool_len;
extern const uint8_t oracle_code_predictionreader[];
extern const size_t oracle_code_predictionreader_len;

#endif /* DECAID_ORACLE_BYTECODE_H */
