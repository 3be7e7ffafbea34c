import type { ReactElement, ReactNode } from 'react';

interface ButtonProps {
  readonly children: ReactNode;
  readonly primary?: boolean;
  readonly alive: boolean;
  /** It would do nothing now. It stays in the order of focus, so that pressing Stop does not throw the reader out. */
  readonly off?: boolean;
  /** Whether it is the one chosen of several; left out where it chooses nothing. */
  readonly pressed?: boolean;
  /** Shown only where the window is narrow. */
  readonly narrow?: boolean;
  onPress(): void;
  /** The pointer or the focus comes near. */
  onNear?(): void;
  /** The pointer goes down on it, a moment before it is pressed. */
  onDown?(): void;
}

/** A button of a playground. */
export function Button({
  children,
  primary,
  alive,
  off,
  pressed,
  narrow,
  onPress,
  onNear,
  onDown,
}: ButtonProps): ReactElement {
  return (
    <button
      type="button"
      className={`fl-pg-button${primary ? ' fl-pg-primary' : ''}${narrow ? ' fl-pg-narrow' : ''}`}
      disabled={!alive}
      aria-disabled={off ? true : undefined}
      aria-pressed={pressed}
      onClick={() => !off && onPress()}
      onPointerEnter={onNear}
      onFocus={onNear}
      onPointerDown={onDown}
    >
      {children}
    </button>
  );
}

/** A button that looks like a link, within a sentence. */
export function TextButton({
  children,
  narrow,
  onPress,
}: {
  readonly children: ReactNode;
  /** Shown only where the window is narrow. */
  readonly narrow?: boolean;
  onPress(): void;
}): ReactElement {
  return (
    <button type="button" className={`fl-pg-text-button${narrow ? ' fl-pg-narrow' : ''}`} onClick={onPress}>
      {children}
    </button>
  );
}
