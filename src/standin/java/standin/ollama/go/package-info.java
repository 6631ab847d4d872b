/** Reproduces what Ollama has from Go: its JSON, the texts of its errors, durations and digests. */
@NullMarked
package standin.ollama.go;

import org.jspecify.annotations.NullMarked;
