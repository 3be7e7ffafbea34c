/**
 * What every page stands in. Routes load these on demand, each from a file of its own: here they come with the first
 * file of all, since no page does without them.
 */
import '@theme/DocItem';
import '@theme/DocRoot';
import '@theme/DocsRoot';
import '@theme/DocVersionRoot';
