/** Answers a prompt, whichever API asks. */
@NullMarked
package standin.ollama.generation;

import org.jspecify.annotations.NullMarked;
