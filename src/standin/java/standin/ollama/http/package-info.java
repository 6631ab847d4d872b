/**
 * Serves HTTP as Ollama does: connections, requests and responses, and what is decided before a route.
 *
 * <p>The recordings of a real Ollama demand Go's order of headers, its chunks, its answers to malformed requests, and
 * that a client's disconnect ends a generation. The JDK's server keeps neither the order nor the case of header names,
 * refuses targets that Go accepts, and hides disconnects. So this package reads and writes the sockets itself.
 */
@NullMarked
package standin.ollama.http;

import org.jspecify.annotations.NullMarked;
