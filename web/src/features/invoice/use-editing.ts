import { type Ref, readonly, ref, type ShallowRef, shallowRef } from 'vue';

export interface UseEditingReturn<T> {
  /** Whether the dialog is open. */
  open: Ref<boolean>;
  /** The record it changes; null where it adds one. */
  edited: Readonly<ShallowRef<T | null>>;
  /** Another one at each opening: as the dialog's key, it begins with the record as it stands now. */
  opening: Readonly<Ref<number>>;
  edit: (record: T | null) => void;
}

/** Opens one dialog for every record of a list. */
export function useEditing<T>(): UseEditingReturn<T> {
  const open = ref(false);
  const edited = shallowRef<T | null>(null);
  const opening = ref(0);

  function edit(record: T | null): void {
    edited.value = record;
    opening.value += 1;
    open.value = true;
  }

  return { open, edited, opening: readonly(opening), edit };
}
