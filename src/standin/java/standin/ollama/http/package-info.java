/**
 * Serves HTTP as Ollama does: connections, requests and responses, and what is decided before a route.
 *
 * <p>The recordings of a real Ollama demand Go's order of headers, its chunks, its answers to malformed requests, targets
 * as they were sent, and that a disconnect ends a generation. The JDK's server writes Date first, changes the case of header names,
 * decodes targets, answers malformed requests itself and hides disconnects, so this package reads and writes the sockets.
 */
@NullMarked
package standin.ollama.http;

import org.jspecify.annotations.NullMarked;
