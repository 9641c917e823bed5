import type { Algebra, Dense } from './algebra.ts';

/** Tensors that outlive a scope, all of which are given back at the end, however the work ended. */
export interface Owned {
  algebra: Algebra;
  /** What `work` returns is kept; whatever else it made is freed. */
  make(work: () => Dense): Dense;
  /** Gives back what is not needed any more. */
  drop(...tensors: Dense[]): void;
  /** No longer owned: whoever has it frees it. */
  release(tensor: Dense): Dense;
  dropAll(): void;
}

export function createOwned(algebra: Algebra): Owned {
  const held = new Set<Dense>();
  return {
    algebra,
    make(work) {
      const tensor = algebra.scope(() => algebra.keep(work()));
      held.add(tensor);
      return tensor;
    },
    drop(...tensors) {
      for (const tensor of tensors) if (held.delete(tensor)) algebra.free(tensor);
    },
    release(tensor) {
      held.delete(tensor);
      return tensor;
    },
    dropAll() {
      algebra.free(...held);
      held.clear();
    },
  };
}
