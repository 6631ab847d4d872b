@NullMarked
package standin.ollama.http;

import org.jspecify.annotations.NullMarked;
