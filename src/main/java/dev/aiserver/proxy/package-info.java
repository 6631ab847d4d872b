@NullMarked
package dev.aiserver.proxy;

import org.jspecify.annotations.NullMarked;
