import type { LoadContext, Plugin } from '@docusaurus/types';

/** A plugin as the configuration names it. */
type Make = (context: LoadContext) => Plugin;

/**
 * Several plugins whose work after the build is done one after the other. Docusaurus starts it for all at once; what
 * one of these writes, the next may read.
 */
export function inOrder(...makers: readonly Make[]): Make[] {
  let turn: Promise<unknown> = Promise.resolve();
  // A plugin's turn comes when all before it have had theirs, in whichever order they are called.
  return makers.map(make => {
    let open: () => void = () => {};
    const before = turn;
    turn = new Promise<void>(resolve => {
      open = resolve;
    });
    return context => {
      const plugin = make(context);
      const { postBuild } = plugin;
      return {
        ...plugin,
        async postBuild(props) {
          await before;
          try {
            await postBuild?.call(plugin, props);
          } finally {
            open();
          }
        },
      };
    };
  });
}
