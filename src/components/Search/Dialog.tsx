import { useHistory } from '@docusaurus/router';
import useBaseUrl from '@docusaurus/useBaseUrl';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { type Found, SearchIndex } from '../../search/index.ts';

/** Results shown at most. */
const LIMIT = 8;

let loading: Promise<SearchIndex> | undefined;

/** Fetches the index once; a failure is forgotten, so that the next try tries. */
function load(url: string): Promise<SearchIndex> {
  loading ??= fetch(url)
    .then(response => {
      if (!response.ok) throw new Error(`the index could not be fetched (${response.status})`);
      return response.json();
    })
    .then(sections => new SearchIndex(sections));
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** What the search says of its state, in words. */
function statusOf(query: string, found: readonly Found[] | undefined, trouble: string): string {
  if (trouble !== '') return trouble;
  if (query.trim() === '')
    return 'Kernel words work whole or in part: KVM_SET_MEMORY_ATTRIBUTES, memory_attributes, wbinvd.';
  if (found === undefined) return 'Fetching the index …';
  if (found.length === 0) return 'Nothing found. Fewer or shorter words may find more.';
  return found.length === 1 ? 'One page.' : `${found.length} pages; arrow keys choose, Enter opens.`;
}

/** The search: a field and the pages it finds. */
export default function Dialog({ close }: { readonly close: () => void }): ReactElement {
  const uid = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const base = useBaseUrl('/');
  const history = useHistory();
  const [index, setIndex] = useState<SearchIndex>();
  const [trouble, setTrouble] = useState('');
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);

  useEffect(() => {
    dialog.current?.showModal();
    load(`${base}search-index.json`).then(setIndex, error =>
      setTrouble(`The search does not work now: ${error instanceof Error ? error.message : error}.`),
    );
  }, [base]);

  const found = index?.find(query, LIMIT);
  const go = (one: Found | undefined) => {
    if (!one) return;
    close();
    history.push(base + one.section.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = (found?.length ?? 0) - 1;
    if (event.key === 'ArrowDown') setChosen(Math.min(last, chosen + 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1));
    else if (event.key === 'Enter') go(found?.[chosen]);
    else return;
    event.preventDefault();
  };
  const optionId = (at: number) => `${uid}-${at}`;

  return (
    <dialog ref={dialog} className="fl-search" aria-label="Search" onClose={close}>
      <div className="fl-search-head">
        <input
          type="text"
          role="combobox"
          aria-label="Search the site"
          aria-expanded={(found?.length ?? 0) > 0}
          aria-controls={`${uid}-list`}
          aria-autocomplete="list"
          aria-activedescendant={found?.[chosen] ? optionId(chosen) : undefined}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={({ target }) => {
            setQuery(target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <p className="fl-search-status" role="status">
        {statusOf(query, found, trouble)}
      </p>
      {/* The arrow keys reach these from the field, which keeps the focus. */}
      <div id={`${uid}-list`} role="listbox" aria-label="Pages found" className="fl-search-list">
        {found?.map((one, at) => (
          <div
            key={one.section.path}
            id={optionId(at)}
            role="option"
            tabIndex={-1}
            aria-selected={at === chosen}
            className="fl-search-option"
            onClick={() => go(one)}
            onKeyDown={onKeyDown}
            onPointerMove={() => setChosen(at)}
          >
            <span className="fl-search-title">{one.section.title}</span>
            {one.section.heading !== '' && (
              <span className="fl-search-heading"> › {one.section.heading}</span>
            )}
            <span className="fl-search-excerpt">{one.excerpt}</span>
          </div>
        ))}
      </div>
    </dialog>
  );
}
