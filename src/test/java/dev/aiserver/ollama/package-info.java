@NullMarked
package dev.aiserver.ollama;

import org.jspecify.annotations.NullMarked;
