/** What can be embedded, as plugins/embeds writes it: by kind and id. */
declare module '@embeds' {
  export const embeds: Readonly<
    Record<string, { readonly page: string; readonly load: () => Promise<{ readonly default: unknown }> }>
  >;
}
