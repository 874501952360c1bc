#ifndef RH_PREFETCH_H
#define RH_PREFETCH_H

/// Asks the processor to fetch what is at an address, which need not be a valid one.
static inline void rh_prefetch(const void *_Nullable address) { __builtin_prefetch(address); }

#endif
