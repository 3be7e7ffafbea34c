import { type ReactElement, type ReactNode, type Ref, useEffect, useState } from 'react';

interface Props {
  /** It would do nothing now. It stays in the order of focus, so that pressing it does not throw the reader out. */
  readonly off?: boolean;
  readonly type?: 'button' | 'submit';
  readonly ref?: Ref<HTMLButtonElement>;
  readonly onPress?: () => void;
  readonly children: ReactNode;
}

/** A button of a panel: off until the page is alive, and never the one that drops the focus it has. */
export default function Action({
  off = false,
  type = 'button',
  ref,
  onPress,
  children,
}: Props): ReactElement {
  const [alive, setAlive] = useState(false);
  useEffect(() => setAlive(true), []);
  return (
    <button
      type={type}
      ref={ref}
      disabled={!alive}
      aria-disabled={off ? true : undefined}
      onClick={event => {
        if (off) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
    </button>
  );
}
