@NullMarked
package standin.ollama;

import org.jspecify.annotations.NullMarked;
