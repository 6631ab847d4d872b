@NullMarked
package dev.aiserver.host;

import org.jspecify.annotations.NullMarked;
