import type { ReactNode } from 'react';

/**
 * A block of code, as text. Programs have the playground, which colours them; here colours would cost every page a
 * highlighter before it shows anything.
 */
export default function CodeBlock({ children }: { readonly children?: ReactNode }): ReactNode {
  const code = typeof children === 'string' ? children.replace(/\n$/, '') : children;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must scroll by keyboard too
    <pre className="fl-code" tabIndex={0}>
      <code>{code}</code>
    </pre>
  );
}
