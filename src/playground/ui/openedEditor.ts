/** The editor and its place in the page, fetched together when a reader opens the first. */
export { mountEditor } from '../editor/editor.ts';
export { EditorPane } from './EditorPane.tsx';
