#ifndef RH_PREFETCH_H
#define RH_PREFETCH_H

/// Asks the processor to fetch the memory at an address into its cache. The address need not be valid.
static inline void rh_prefetch(const void *_Nullable address) { __builtin_prefetch(address); }

#endif
