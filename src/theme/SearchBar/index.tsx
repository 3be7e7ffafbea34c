import type { ReactElement } from 'react';
import Search from '../../components/Search/index.tsx';

/** Where Docusaurus puts its search: ours. */
export default function SearchBar(): ReactElement {
  return <Search />;
}
