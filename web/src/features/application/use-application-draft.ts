import { useEventListener } from '@vueuse/core';
import { computed, reactive, ref, shallowRef, watch } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { formatDateTime } from '../../shared/format.ts';
import { useCommand } from '../../shared/use-command.ts';
import { useDraft } from '../../shared/use-draft.ts';
import { SaveApplicationDocument } from './application.gql.ts';
import {
  type Application,
  type ApplicationChange,
  changedPaths,
  changeOf,
  formOf,
  prefillSourceLabels,
  setTextAt,
  takeOver,
  textAt,
} from './application-form.ts';
import { SaveBatchApplicationDocument } from './batch.gql.ts';
import { useAutosave } from './use-autosave.ts';

/** What became of a save: what the server has now, or what somebody else has changed meanwhile, or why not. */
export type SaveAnswer =
  | { outcome: 'saved'; application: Application | null }
  | { outcome: 'refused'; application?: Application | null; conflicts?: readonly string[] }
  | { outcome: 'failed' };

/**
 * An application that is saved as one types. What is typed, and what the server is known to have, is kept in the browser, where it
 * outlives a killed tab and a lost network.
 *
 * @param key names it among what the browser keeps
 */
export function useApplicationDraft(key: string, save: (change: ApplicationChange) => Promise<SaveAnswer>) {
  const draft = reactive({ values: formOf(null), base: formOf(null), dirty: false });
  const kept = useDraft(key, draft, { storage: window.localStorage });
  const isLoaded = ref(false);
  const isRestored = ref(false);
  const latest = shallowRef<Application | null>(null);
  /** Fields that somebody else has changed too; what is typed here is not saved before one of both is chosen. */
  const conflictPaths = ref<readonly string[]>([]);
  const theirs = shallowRef(formOf(null));

  const autosave = useAutosave(async () => {
    const change = changeOf(draft.values, draft.base);
    if (!change) return 'saved';
    const sent = new Map(change.paths.map((path) => [path, textAt(draft.values, path)]));
    const answer = await save(change);
    if (answer.outcome === 'refused' && answer.conflicts)
      takeServer(answer.application ?? null, answer.conflicts);
    if (answer.outcome !== 'saved') return answer.outcome;
    // As it was typed: the server's one form of it must not come under the cursor.
    for (const [path, text] of sent) setTextAt(draft.base, path, text);
    takeServer(answer.application, [], new Set(sent.keys()));
    return 'saved';
  });

  /** Takes in what the server has now, without touching what is typed and not saved yet. */
  function takeServer(
    application: Application | null,
    conflicts: readonly string[],
    but: ReadonlySet<string> = new Set(),
  ): void {
    if (!application) return;
    latest.value = application;
    theirs.value = formOf(application);
    conflictPaths.value = conflicts;
    takeOver(draft.values, draft.base, theirs.value, but);
    draft.dirty = changedPaths(draft.values, draft.base).length > 0;
  }

  /** Takes in an answer to a query. The first one shows whether something of earlier is still to be saved. */
  function load(application: Application | null): void {
    const isFirst = !isLoaded.value;
    isLoaded.value = true;
    takeServer(application, []);
    if (!isFirst || !draft.dirty) return;
    isRestored.value = true;
    autosave.touch();
  }

  function settle(path: string, choice: 'mine' | 'theirs'): void {
    const text = textAt(theirs.value, path);
    setTextAt(draft.base, path, text);
    if (choice === 'theirs') setTextAt(draft.values, path, text);
    conflictPaths.value = conflictPaths.value.filter((other) => other !== path);
    if (conflictPaths.value.length === 0) autosave.touch();
  }

  watch(
    () => JSON.stringify(draft.values),
    () => {
      if (!isLoaded.value || changedPaths(draft.values, draft.base).length === 0) return;
      draft.dirty = true;
      autosave.touch();
    },
  );
  onBeforeRouteLeave(() => void autosave.flush());
  useEventListener(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') void autosave.flush();
  });

  const saveText = computed(() => {
    switch (autosave.state.value) {
      case 'waiting':
      case 'saving':
        return '正在保存…';
      case 'saved':
        return latest.value ? `已保存 ${formatDateTime(latest.value.savedAt).slice(11)}` : '已保存';
      case 'refused':
        return conflictPaths.value.length > 0
          ? '有内容与他人的修改冲突，请选择。'
          : '有内容未能保存，请按提示修改。';
      case 'failed':
        return '网络不通，内容已保存在本机，恢复后自动上传。';
      default:
        return '';
    }
  });

  function warningOf(path: string): string {
    return latest.value?.warnings.find((warning) => warning.path === `application.${path}`)?.message ?? '';
  }

  /** Where the content of a field comes from, as long as nobody has changed it. */
  function sourceOf(path: string): string {
    const leaf = latest.value?.prefilled.find((prefilled) => prefilled.path === path);
    const untouched = textAt(draft.values, path) === textAt(theirs.value, path);
    return leaf && untouched ? `取自${prefillSourceLabels[leaf.source]}，可修改。` : '';
  }

  return {
    draft,
    isLoaded,
    isRestored,
    latest,
    theirs,
    conflictPaths,
    saveText,
    load,
    settle,
    warningOf,
    sourceOf,
    /** Saves what is new now. Resolves to whether everything is at the server. */
    flush: autosave.flush,
    /** Forgets what the browser keeps, since the server has it for good. */
    forget: kept.clear,
  };
}

/** The application of one order as a draft. `refusal` is why it could not be saved last. */
export function useOrderDraft(orderId: string) {
  const save = useCommand(SaveApplicationDocument, (answer) => answer.saveApplication);
  const draft = useApplicationDraft(`application:${orderId}`, async ({ application, seen }) => {
    const answer = await save.run({ input: { orderId, application, seen } });
    return answer ? { outcome: 'saved', application: answer.application } : notSaved(save.refusal.value);
  });
  return { ...draft, refusal: save.refusal };
}

/** What all drafts of a batch have in common, as a draft; `leadId` is the order that is shown for all. */
export function useBatchDraft(batchId: string, leadId: () => string | null) {
  const save = useCommand(SaveBatchApplicationDocument, (answer) => answer.saveBatchApplication);
  const draft = useApplicationDraft(`application:${batchId}`, async ({ application, seen }) => {
    const { orders } = (await save.run({ input: { batchId, application, seen } })) ?? {};
    if (!orders) return notSaved(save.refusal.value);
    const lead = orders.find(({ id }) => id === leadId()) ?? orders[0];
    return { outcome: 'saved', application: lead?.application ?? null };
  });
  return { ...draft, refusal: save.refusal };
}

type SaveRefusal = { __typename?: string; application?: Application | null; paths?: string[] } | null;

function notSaved(refusal: SaveRefusal): SaveAnswer {
  if (!refusal) return { outcome: 'failed' };
  if (refusal.__typename !== 'DraftChanged') return { outcome: 'refused' };
  return { outcome: 'refused', application: refusal.application ?? null, conflicts: refusal.paths ?? [] };
}
