import { storeUser } from './store.ts';
import type { Step } from '../engine/step.ts';
import { hasAccount, makeAccount } from '../system/store.ts';

/** Keeps the account that object stores run as. */
export const keepStoreAccount = (): Step => ({
  title: "Create the store's account",

  async diff(host) {
    return (await host.ask(hasAccount(storeUser))) ? [] : [`make the account ${storeUser}`];
  },

  async apply(host) {
    await host.run(makeAccount(storeUser));
  },
});
