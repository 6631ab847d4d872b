/** Embedded model server, which behaves as Ollama does but has no model. */
@NullMarked
package standin.ollama;

import org.jspecify.annotations.NullMarked;
