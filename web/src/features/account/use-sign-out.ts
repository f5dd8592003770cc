import { useCommand } from '../../shared/use-command.ts';
import { clearDrafts } from '../../shared/use-draft.ts';
import { SignOutDocument } from './account.gql.ts';

/** Ends the session and forgets what this tab knew of the caller. */
export function useSignOut() {
  const { run, running, fault } = useCommand(SignOutDocument, (data) => data.signOut);

  async function signOut(): Promise<void> {
    const done = await run({ input: {} });
    if (!done) return;
    clearDrafts();
    // Loaded anew, so that nothing of the caller stays in memory for the next one at this computer.
    window.location.assign('/');
  }

  return { signOut, running, fault };
}
