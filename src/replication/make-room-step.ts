// Before a replica's data is made anew: the old data is kept aside or marked.

import type { Instance } from '../model/instance.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { exists } from '../system/paths.ts';
import * as clone from './clone-query.ts';

/** Keeps the old data aside, whatever is left of it. A restore in place that was cut off ends here. */
export function keepDataAside(instance: Instance): Step {
  const { dataDirectory } = instance;
  const text = `keep ${dataDirectory} aside until a new copy of the data streams`;
  return ensure('Set the old data aside', change('data.keep', text, dataDirectory), {
    async isRight(host) {
      const [hasData, isKept] = await Promise.all([
        host.ask(exists(dataDirectory)),
        host.ask(clone.hasKeptData(instance)),
      ]);
      return !hasData || isKept;
    },
    apply: (host) => host.run(clone.keepDataAside(instance)),
  });
}

/** Removes a copy that an earlier run made and that does not run; the old data stays aside. */
export function removeCopy(instance: Instance): Step {
  const { dataDirectory } = instance;
  const what = change('data.remove', `remove the copy in ${dataDirectory}`, dataDirectory);
  return ensure('Remove the unfinished copy', what, {
    isRight: async (host) => !(await host.ask(exists(dataDirectory))),
    apply: (host) => host.run(clone.removeCopy(instance)),
  });
}

/** Marks the old data, which is put right in place: until the mark is gone it is of no use to a server. */
export function markRestoring(instance: Instance): Step {
  const { dataDirectory } = instance;
  const text = `compare ${dataDirectory} with the backup, file by file`;
  return ensure('Mark the data as being restored', change('data.compare', text, dataDirectory), {
    isRight: async (host) => (await host.ask(clone.replicaData(instance))) === 'restoring',
    apply: (host) => host.run(clone.markRestoring(instance)),
  });
}

/** Removes the data of before a reinit; nothing else is ever there. After the new copy was seen to stream. */
export function forgetKeptData(instance: Instance): Step {
  const path = clone.keptDataOf(instance);
  return ensure('Remove the old copy of the data', change('file.remove', `remove ${path}`, path), {
    isRight: async (host) => !(await host.ask(clone.hasKeptData(instance))),
    apply: (host) => host.run(clone.removeKeptData(instance)),
  });
}
