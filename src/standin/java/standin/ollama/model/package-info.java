/** Keeps the models that are installed and loaded. */
@NullMarked
package standin.ollama.model;

import org.jspecify.annotations.NullMarked;
